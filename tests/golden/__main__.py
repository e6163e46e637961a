"""Store the decisions anew: ``make golden``; what changed is then seen in the difference of decisions.json."""

from golden.store import write_decisions

write_decisions()
