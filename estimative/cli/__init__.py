"""The command line: one file a command, over the use cases."""

from estimative.cli.quiet import quieten_libraries

# Here, because an import may warn as well; the processes that a command starts come through here, too.
quieten_libraries()
