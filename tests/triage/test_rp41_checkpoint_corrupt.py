import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: PytorchStreamReader failed reading zip archive: invalid header or archive is corrupted",
        "safetensors_rust.SafetensorError: Error while deserializing header: MetadataIncompleteBuffer",
        "_pickle.UnpicklingError: invalid load key, 'v'.",
        "EOFError: Ran out of input",
        "OSError: Unable to open file (truncated file: eof = 1, sblock->base_addr = 0)",
        "Error while deserializing header: HeaderTooLarge",
        "zipfile.BadZipFile: File is not a zip file",
        "RuntimeError: unexpected EOF, expected 12 more bytes. The file might be corrupted.",
        "version https://git-lfs.github.com/spec/v1",
        "the checkpoint is corrupted",
    ],
)
def test_text_that_shows_it_is_rp41(text: str) -> None:
    assert "RP41" in codes(text)
