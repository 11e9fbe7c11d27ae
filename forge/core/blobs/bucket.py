"""An S3 bucket whose objects are read while they come, from anywhere, and joined without passing through this server.

django-storages itself keeps a whole object in memory before its first byte can be read.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage

LEAST_JOINED = 5 * 1024 * 1024
"""Bytes of a part that S3 joins with others; the last one may have fewer."""
SENT_AT_ONCE = 64 * 1024 * 1024
"""Bytes up to which a file is sent in one request, straight from the disk."""


class BucketStorage(S3Storage):  # type: ignore[misc]
    """A bucket, as the blob store needs it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # boto3 would hold ten parts of a file in memory at once.
        self.transfer_config = TransferConfig(multipart_threshold=SENT_AT_ONCE, max_concurrency=2)

    def _open(self, name: str, mode: str = "rb") -> Any:
        if mode != "rb":
            return super()._open(name, mode)
        return BucketFile(self.bucket.Object(self._normalize_name(name)), name)

    def join(self, names: Sequence[str], target: str) -> None:
        """Makes one object of several. Each but the last has `LEAST_JOINED` bytes or more.

        Raises `FileNotFoundError` where one is gone; then nothing was stored.
        """
        upload = self.bucket.Object(self._normalize_name(target)).initiate_multipart_upload(
            ContentType="application/octet-stream"
        )
        try:
            parts = []
            for number, name in enumerate(names, 1):
                source = {"Bucket": self.bucket.name, "Key": self._normalize_name(name)}
                copy_result = upload.Part(number).copy_from(CopySource=source)["CopyPartResult"]
                parts.append({"PartNumber": number, "ETag": copy_result["ETag"]})
            upload.complete(MultipartUpload={"Parts": parts})
        except BaseException as error:
            upload.abort()
            if isinstance(error, ClientError) and _is_missing(error):
                raise FileNotFoundError(target) from error
            raise


class BucketFile(io.RawIOBase):
    """An object of a bucket, read from where it was last sought."""

    def __init__(self, bucket_object: Any, name: str) -> None:
        """`bucket_object` is boto3's object. Raises `FileNotFoundError`."""
        super().__init__()
        self.name = name
        self._object = bucket_object
        self._stream: Any = None
        self._at = 0
        try:
            bucket_object.load()
        except ClientError as error:
            if _is_missing(error):
                raise FileNotFoundError(name) from error
            raise

    @property
    def identity(self) -> tuple[str, int]:
        """Entity tag and size, which change when other bytes are stored under this name."""
        return str(self._object.e_tag), int(self._object.content_length)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._object.content_length}[whence]
        self._end_stream()
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        if self._at >= self._object.content_length or size == 0:
            return b""
        if self._stream is None:
            whole = {"Range": f"bytes={self._at}-"} if self._at else {}
            self._stream = self._object.get(IfMatch=self._object.e_tag, **whole)["Body"]
        data: bytes = self._stream.read() if size is None or size < 0 else self._stream.read(size)
        self._at += len(data)
        return data

    def close(self) -> None:
        self._end_stream()
        super().close()

    def _end_stream(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _is_missing(error: ClientError) -> bool:
    return bool(error.response["ResponseMetadata"]["HTTPStatusCode"] == 404)
