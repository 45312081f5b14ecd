"""What a text speaks of is told from what a program reports: source code, prose and counts of none."""

import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "line",
    [
        'bail!("No space left on device (os error 28)");',
        'panic!("no space left on device");',
        'eprintln!("Host key verification failed.");',
        '    return Err(anyhow!("No space left on device"));',
        '    ErrorKind::StorageFull => write!(f, "no space left on device"),',
        '    _ => panic!("CUDA out of memory"),',
        '    Err("No space left on device".into())',
        '    .context("no space left on device")?;',
        '    .expect("Host key verification failed.");',
        '    let e = io::Error::new(ErrorKind::Other, "No space left on device");',
        '    anyhow::bail!("no space left on device")',
        '    ensure!(free > 0, "no space left on device");',
        '    tracing::error!(path = %p, "no space left on device");',
        'throw std::runtime_error("No space left on device");',
        '    if (n < 0) throw std::runtime_error("No space left on device");',
        '    std::cerr << "No space left on device" << std::endl;',
        '    fprintf(stderr, "no space left on device\\n");',
        '    errx(1, "No space left on device");',
        'throw new IOException("No space left on device");',
        '    ?: throw IOException("No space left on device")',
        '    else -> error("No space left on device")',
        '    error("No space left on device")',
        '    Console.Error.WriteLine("Host key verification failed.");',
        '    System.err.println("No space left on device");',
        '    LOG.error("No space left on device", e);',
        '    fatalError("No space left on device")',
        '    guard ok else { fatalError("No space left on device") }',
        '    raise IOError, "No space left on device"',
        '    abort "No space left on device"',
        '    puts "Host key verification failed."',
        '    fail "No space left on device"',
        '    trigger_error("No space left on device", E_USER_ERROR);',
        '    throw new \\RuntimeException("No space left on device");',
        '    die("No space left on device");',
        '    panic("no space left on device")',
        '    err := errors.New("no space left on device")',
        '    log.Fatal("no space left on device")',
        '    t.Fatalf("no space left on device: %v", err)',
        '    slog.Error("no space left on device", "err", err)',
        '    var ErrFull = errors.New("no space left on device")',
        '    val e = IOException("No space left on device")',
        '    const e = new Error("ENOSPC: no space left on device");',
        '    reject(new Error("ENOSPC: no space left on device"));',
        '    throw Abort(.internalServerError, reason: "No space left on device")',
        '    die "No space left on device" unless $ok;',
        '    croak("No space left on device");',
        '    catch { Write-Error "No space left on device" }',
        '    Write-Host "Host key verification failed."',
        '    case ENOSPC: return "No space left on device";',
        '    [ENOSPC] = "No space left on device",',
        '    error_log("No space left on device");',
        '    msg.contains("No space left on device")',
    ],
)
def test_a_message_that_is_an_argument_in_source_code_is_no_report(line: str) -> None:
    assert codes(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "No space left on device errors: 0",
        "CUDA out of memory errors: 0",
        "0 CUDA out of memory errors",
        "Host key verification failed errors = 0",
        'the docs say "Host key verification failed." means MITM',
        "The manual explains: Host key verification failed. in chapter 3",
        '"Host key verification failed." usually means a new server',
    ],
)
def test_a_message_that_is_explained_or_counted_as_none_is_no_report(line: str) -> None:
    assert codes(line) == []


@pytest.mark.parametrize(
    "text",
    [
        "thread 'main' panicked at src/main.rs:1:5: No space left on device",
        "thread 'main' panicked at src/main.rs:4:5:\nNo space left on device (os error 28)",
        "thread 'main' panicked at 'called `Result::unwrap()` on an `Err` value: Os { code: 28, kind: StorageFull, message: \"No space left on device\" }', src/main.rs:4:5",
        'called `Result::unwrap()` on an `Err` value: Os { code: 28, kind: StorageFull, message: "No space left on device" }',
        "Error: No space left on device (os error 28)",
        "OSError(28, 'No space left on device')",
        "RuntimeError('CUDA out of memory. Tried to allocate 2 GiB')",
        "OutOfMemoryError('CUDA out of memory. Tried to allocate 2 GiB')",
        "exc=OSError(28, 'No space left on device')",
        'ERROR write failed error=Custom { kind: StorageFull, error: "No space left on device" }',
        "panic: write /tmp/x: no space left on device",
        "terminate called after throwing an instance of 'std::runtime_error'\n  what():  No space left on device",
        'Exception in thread "main" java.io.IOException: No space left on device',
        '{"level":"error","msg":"write failed: no space left on device","errors":0}',
        "Fatal error: No space left on device: file main.swift, line 3",
        "PHP Warning:  file_put_contents(): write of 8192 bytes failed with errno=28 No space left on device in /app/x.php on line 3",
        "PHP Fatal error:  Uncaught RuntimeException: No space left on device in /app/x.php:3",
        "x.rb:3:in `write': No space left on device @ io_write - /tmp/x (Errno::ENOSPC)",
        "Unhandled exception. System.IO.IOException: No space left on device : '/tmp/x'",
        'Err("No space left on device")',
        "abort 'tx': write: No space left on device",
        'npm ERR! (nospc) "no space left on device"',
        "[rank 0] GPU 0 CUDA out of memory",
        "rank 0 CUDA out of memory",
        "GPU 0 CUDA out of memory errors seen",
        "No space left on device errors: 10",
        "No space left on device errors: 3",
        "Host key verification failed.",
        "write error: No space left on device; errors: 12",
        'time="2026-11-20T10:00:00Z" level=fatal msg="no space left on device"',
        'level=error msg="write(\\"/x\\"): no space left on device"',
        'failed (retry!): "no space left on device"',
        "fwrite(): write of 12 bytes failed: 'No space left on device'",
        'error("No space left on device") at main.lua:3',
        "IOError(No space left on device)",
        'io.ErrUnexpectedEOF: write("/root/x"): no space left on device',
        'Error: write("/root/x") failed: "No space left on device"',
    ],
)
def test_what_a_program_reports_at_run_time_is_found(text: str) -> None:
    assert codes(text) != []
