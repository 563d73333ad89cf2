"""Family-doctor contracts: whose resident one is, from when until when. Packages, fees and duties are not here yet."""
