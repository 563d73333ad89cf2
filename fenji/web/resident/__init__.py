"""The resident's own pages, for a telephone: card, doctor's team, who may see the data and who looked, the family."""
