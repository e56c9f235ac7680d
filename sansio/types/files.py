"""Files that a provider keeps, and files on their way to it: https://platform.openai.com/docs/api-reference/files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from ..http import Source
from .content import Extra
from .request import Request, Response


class Upload(msgspec.Struct, frozen=True):
    """A file of a request: its bytes, or a `Source` of any size that the driver reads as it sends.

    `filename` is that of the source unless it is given; most APIs tell the kind of a file by its ending.
    """

    content: bytes | Source
    filename: str | None = None
    content_type: str | None = None

    @property
    def name(self) -> str | None:
        """The file's name, None where it has none."""
        return self.filename or (self.content.name if isinstance(self.content, Source) else None) or None


class Download(Response, frozen=True, omit_defaults=True):
    """An answer that is bytes.

    `content` is None where it was streamed: its pieces were the `Data` events, and are not held a second time.
    `content_type` is what the response's header says of them, stamped by the exchange.
    """

    content: bytes | None = None
    content_type: str | None = None


class ExpiresAfter(msgspec.Struct, frozen=True):
    """When the provider deletes something: `seconds` after `anchor`, which is created_at."""

    seconds: int
    anchor: str = "created_at"


class UploadFileRequest(Request["FileObject"], frozen=True, kw_only=True, omit_defaults=True):
    """Give a file to `provider`; `purpose` is batch, user_data, fine-tune, vision..., where the API has such.

    `provider` is the name of a client's provider; an exchange knows whom it asks.  `extra` holds further fields of the form.
    """

    operation: ClassVar[str] = "file_upload"

    file: Upload
    provider: str = ""
    purpose: str | None = None
    expires_after: ExpiresAfter | None = None
    extra: Extra | None = None


class GetFileRequest(Request["FileObject"], frozen=True, kw_only=True, omit_defaults=True):
    """What `provider` knows of the file `id`."""

    operation: ClassVar[str] = "file"

    id: str
    provider: str = ""


class ListFilesRequest(Request["FileList"], frozen=True, kw_only=True, omit_defaults=True):
    """A page of the files that `provider` keeps: at most `limit`, from `after` on, which is the page before's `next`.

    `order` is asc or desc by creation; `purpose` narrows the list.
    """

    operation: ClassVar[str] = "files"

    provider: str = ""
    after: str | None = None
    limit: int | None = None
    order: str | None = None
    purpose: str | None = None


class DeleteFileRequest(Request["FileDeleted"], frozen=True, kw_only=True, omit_defaults=True):
    """Delete the file `id` at `provider`."""

    operation: ClassVar[str] = "file_delete"

    id: str
    provider: str = ""


class FileContentRequest(Request["FileContent"], frozen=True, kw_only=True, omit_defaults=True):
    """The bytes of the file `id`; streamed they are `Data` events, in bounded memory."""

    operation: ClassVar[str] = "file_content"

    id: str
    provider: str = ""


class FileObject(Response, frozen=True, omit_defaults=True, tag_field="object", tag="file"):
    """A file at a provider: `bytes` is its size, times are Unix times; `status` and `uri` where the API has them."""

    id: str
    filename: str = ""
    bytes: int | None = None
    created_at: int | None = None
    expires_at: int | None = None
    purpose: str | None = None
    status: str | None = None
    media_type: str | None = None
    uri: str | None = None


class FileList(Response, frozen=True, omit_defaults=True, tag_field="object", tag="list"):
    """A page of files; `next` is the `after` of the page that follows, None at the end."""

    data: Sequence[FileObject]
    next: str | None = None


class FileDeleted(Response, frozen=True, omit_defaults=True, tag_field="object", tag="file"):
    """The file `id` is gone, unless `deleted` says otherwise."""

    id: str
    deleted: bool = msgspec.field(default_factory=lambda: True)  # a factory: never left out


class FileContent(Download, frozen=True, omit_defaults=True):
    """The bytes of a file."""
