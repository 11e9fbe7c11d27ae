"""The language server: `rune.editing.language` in the words of the Language Server Protocol, on pygls.

A thin shell. It knows documents, positions in UTF-16 and messages; every rule of the Runefile is in
`rune.editing.language`.
"""
