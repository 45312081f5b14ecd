"""Whom a symptom can befall: the sorts of Pods that detectors ask for, each with one name.

Many detectors ask for the same sort, so whoever asks them all looks at a Pod once for each name.
"""

from rgt_tui.domain.finding import Subject


def running(subject: Subject) -> bool:
    """A Pod that the service intends to run."""
    return subject.pod is not None and subject.pod.is_running


def running_on_gpus(subject: Subject) -> bool:
    """A Pod that is to run and ordered GPUs."""
    pod = subject.pod
    return pod is not None and pod.is_running and pod.gpu_id is not None


def living(subject: Subject) -> bool:
    """A Pod that is to run, with a container that lives."""
    pod = subject.pod
    return pod is not None and pod.is_running and pod.is_alive


def living_on_gpus(subject: Subject) -> bool:
    """A Pod whose container lives and that ordered GPUs."""
    pod = subject.pod
    return pod is not None and pod.gpu_id is not None and pod.is_running and pod.is_alive


def reached_directly(subject: Subject) -> bool:
    """A Pod that is to run and has an SSH address of its own."""
    pod = subject.pod
    return pod is not None and pod.ssh_direct is not None and pod.is_running


def living_and_reached(subject: Subject) -> bool:
    """A Pod whose container lives and that has an SSH address of its own."""
    pod = subject.pod
    return pod is not None and pod.ssh_direct is not None and pod.is_running and pod.is_alive


def not_yet_alive(subject: Subject) -> bool:
    """A Pod that is not stopped and whose container has not come to life."""
    pod = subject.pod
    return pod is not None and not pod.is_stopped and not pod.is_alive
