"""From figures to what is said and done about them."""
