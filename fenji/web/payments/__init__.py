"""Bills and the fund: the insurer's money, what waits for a decision, cases; a resident's bill in plain words."""
