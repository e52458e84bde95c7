"""Objects as rows of tables, with the columns that the API server prints for each kind.

Source: kubernetes/pkg/printers/internalversion/printers.go.
"""
