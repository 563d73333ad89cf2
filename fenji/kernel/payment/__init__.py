"""What basic medical insurance pays: one bill, a person's year, a hundred million bills, all by the same integers.

`settle` is the rule, a straight line over plain ints; `batch` compiles the very same lines. `policy` is the record of
numbers a city's rulebook comes down to on one day, `bill` what is to be paid, `person` what the year has seen so far,
`outcome` every amount on the way. `referral_state` reads off the referrals what state a bill has, `year` orders a
person's bills and says what a late one changes, `loopholes` looks for what a policy rewards and should not. How
institutions are paid is in `providers`. Money is integer 分, shares are integer permille. What is not here: files,
databases, the catalogue of a city, words for an outcome.
"""
