"""The wire: the only importers of httpx, asyncssh, keyring and, in a child process, runpod.

Libraries' exceptions stop here; what leaves is a value of `rgt_tui.domain` or one of
`rgt_tui.domain.errors`. Every text from outside passes `rgt_tui.domain.text.clean` here.
"""
