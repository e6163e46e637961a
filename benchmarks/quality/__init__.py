"""How good the crops are, beside other croppers, measured on labelled pictures; ``make quality``."""
