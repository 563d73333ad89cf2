"""The hospital physician's desk: who is expected, who is in care, the record sent along, replies, sending down."""
