"""The operations of the service, one module per family; `OPERATIONS` is the whole list."""

from vodplan.emulator.context import Operation

from . import attached, categories, images, playback, search, uploads, video_writes, videos

OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for family in (search, videos, video_writes, playback, images, categories, attached, uploads)
    for operation in family.OPERATIONS
}
"""Operation name to what runs it."""
