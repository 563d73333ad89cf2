"""How institutions are paid: by item, by case, by day, by head, by points under a budget, by stage, by package.

Each form is a few lines over integers and says where every cent of the money went. What patients bear is settled before
and elsewhere (`payment.settle`); here the fund pays institutions, or clears the year with them.
"""
