"""The operations: each calls the verb, or asks the form, of the page that does the same."""
