"""Results as plain data with their texts, for a page that draws them."""
