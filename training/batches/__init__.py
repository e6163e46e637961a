"""What a step of training is shown: rows drawn, views cut, text written, colours changed."""
