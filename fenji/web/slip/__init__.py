"""The slip on paper (双向转诊单) with its QR code, and the page the code opens: number and birth date, no account."""
