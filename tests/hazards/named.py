"""What can go wrong on the way to a terminate, and what holds all the way.

A test says which of them it holds off: `@pytest.mark.hazard(25)`. `test_named.py` finds the marks in
all test files and fails while one of the hazards has none.
"""

from typing import Final

HAZARDS: Final = {
    # what lies in the files
    1: "the last byte of a file is missing",
    2: "the end of a file reads as zeros",
    3: "a file was given its length and never its bytes",
    4: "half of a file is of the save before",
    5: "one bit is another",
    6: "the archive was written without checksums",
    7: "a shard is missing",
    8: "the index names a shard that is not there",
    9: "two shards have each other's name",
    10: "the index leaves tensors out",
    11: "the pointer to the newest save leads nowhere, or to an old one",
    12: "the folder bears the number of a later step",
    13: "the last of several ranks is missing",
    14: "a rank is of another step",
    15: "the metadata were never given their name",
    16: "a rank of another save lies beside the others",
    17: "a pointer of Git LFS in place of the weights",
    18: "an error page saved as weights",
    19: "an empty file, as a full quota leaves it",
    20: "an adapter that was never trained",
    21: "weights that are no numbers",
    22: "a pickle that would run code",
    23: "a small file that grows without end when it is read",
    24: "an index that leads out of its folder",
    25: "a link from a lasting place to the container disk",
    26: "two names of one file",
    27: "a name with line ends, escapes and turned writing",
    28: "more files than can be listed",
    29: "a folder that may not be read",
    30: "an adapter whose base model is not there",
    # time
    31: "a newer checkpoint after the check",
    32: "a file held open for writing whose size stands still",
    33: "a file written through a memory map",
    34: "a file without a name that is still written",
    35: "a trainer that saves once more when it is told to end",
    36: "the Pod's clock is an hour off",
    37: "the clock here is set back",
    38: "the machine here sleeps between the approval and the last look",
    39: "evidence exactly at the end of its life",
    40: "one line is looked at again after the approval",
    # places
    41: "what is taken for a network volume is the Pod's own disk",
    42: "the network volume is mounted elsewhere",
    43: "a path that was changed and is not yet in force",
    44: "something is mounted over the network volume",
    45: "the network volume was deleted",
    46: "a global volume that has not written yet, or could not",
    47: "a kind of mount that the service has newly made",
    48: "two copies in one place",
    49: "a copy here in memory, on a full disk, removed or written over",
    50: "a checksum of the bucket that is of parts, or old",
    51: "another Pod writes on the same network volume",
    # control
    52: "a key pressed twice or repeated by itself, a pasted answer",
    53: "two consoles, on one machine and on two",
    54: "the console is killed",
    55: "the answer is lost after the delete",
    56: "the request is lost",
    57: "the service answers 404, 409, 429, 500",
    58: "the Pod is started anew, moved, or bears another's name",
    59: "the list moves under the key",
    60: "two Pods with one name",
    61: "the Pod is locked in between",
    62: "the Pod belongs to a cluster",
    63: "one bad Pod among several, or one more after the approval",
    64: "a waiver that is used twice or covers more than it says",
    65: "the journal cannot be written, or its end is damaged",
    66: "the key of another account meanwhile",
    67: "a way around the gate",
    68: "a timer, or a start command that ends the Pod by itself",
    69: "the balance comes to an end during the check",
    70: "evidence on disk that was edited, or is another Pod's",
}

INVARIANTS: Final = {
    "no DELETE without a permit": (
        "guard/test_machine.py::test_in_ten_thousand_steps_nothing_is_deleted_without_a_live_permit",
        "clients/test_gate.py::test_no_write_passes_without_a_pass",
    ),
    "a permit is for the one Pod that is deleted": (
        "guard/test_permit.py::test_it_is_for_no_other_pod",
        "clients/test_gate.py::test_a_write_without_leave_for_exactly_it_is_refused",
    ),
    "the start that is deleted is the start of all evidence": (
        "guard/test_step.py::test_another_boot_of_the_container_is_another_start",
        "termination/test_frozen.py::test_a_start_elsewhere_makes_it_void_also_after_another_stop",
    ),
    "the files at the delete are the approved ones": (
        "guard/test_step.py::test_a_newer_manifest_reopens_what_rests_on_files_before_new_evidence_comes",
        "termination/test_faults.py::test_what_happens_in_the_undo_window_is_seen_at_the_fence_and_nothing_is_sent",
    ),
    "each file that is not waived has an equal copy that survives, at that instant": (
        "dossier/test_dossier.py::test_what_is_not_surely_kept_counts_as_lost",
        "clients/test_holds.py::test_a_hold_that_is_gone_or_a_link_is_none",
        "termination/test_stored.py::test_a_copy_that_is_lost_in_the_undo_window_keeps_the_volume",
    ),
    "nothing that is known to be broken, and not waived, is what survives": (
        "hazards/test_files.py::test_with_harmed_files_the_gate_stays_shut",
    ),
    "not locked, in no cluster": (
        "dossier/test_dossier.py::test_the_identity_line_says_why_the_service_or_we_would_refuse",
        "guard/test_kind.py::test_a_finished_checklist_of_a_cluster_gives_no_permit_and_says_what_to_do",
    ),
    "the approval is on the disk before the intent, the intent before the request": (
        "termination/test_case.py::test_a_pod_that_is_proven_and_approved_is_deleted_once_and_seen_to_be_gone",
        "termination/test_faults.py::test_where_the_journal_cannot_be_written_nothing_is_sent",
    ),
    "one request for one permit, ever": (
        "clients/test_gate.py::test_a_delete_with_its_permit_passes_exactly_once",
        "termination/test_kill.py::test_a_kill_at_any_moment_leaves_no_gate_open_and_nothing_is_sent_twice",
    ),
    "no evidence is older than it may be, on a clock that never jumps": (
        "guard/test_step.py::test_each_line_expires_by_itself_at_its_time_and_not_before",
        "guard/test_permit.py::test_it_expires_to_the_tick",
    ),
    "the text was typed in this console; waivers are written down as they were given": (
        "guard/test_step.py::test_only_the_challenge_typed_key_by_key_in_write_mode_approves",
        "termination/test_faults.py::test_a_busy_pod_is_deleted_only_with_a_waiver_that_is_recorded",
    ),
    "what goes on after a crash reads and never sends": (
        "session/test_writer.py::test_an_intent_without_an_outcome_is_told_at_the_next_start_and_never_sent",
        "termination/test_kill.py::test_a_kill_at_any_moment_leaves_no_gate_open_and_nothing_is_sent_twice",
    ),
    "one live permit for a Pod over all consoles": (
        "termination/test_faults.py::test_while_another_console_holds_the_pod_this_one_says_so",
        "guard/test_permit.py::test_another_checklist_in_its_place_makes_it_void",
    ),
    "could not look never counts as nothing there": (
        "dossier/test_dossier.py::test_what_could_not_be_looked_at_is_never_ok",
        "dossier/test_dossier.py::test_an_incomplete_listing_is_could_not_look",
    ),
}
"""What holds at every moment, and the tests that would fail were it not so."""
