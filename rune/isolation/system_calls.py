"""The system calls that a confined process may make, by name, with their numbers on x86-64 and on 64-bit ARM.

All that a Python process, the C compiler and the models' interpreters need: memory, threads, clocks, files that
Landlock lets them open, pipes to what they started. What is not here is refused: sockets, other processes' memory,
mounts, namespaces, modes and owners of files, keys, io_uring, userfaultfd, bpf, perf and whatever comes next.
"""

from __future__ import annotations

from collections.abc import Mapping

_CALLS = """
read 0 63, write 1 64, open 2 -, close 3 57, stat 4 -, fstat 5 80, lstat 6 -, poll 7 -, lseek 8 62, mmap 9 222,
mprotect 10 226, munmap 11 215, brk 12 214, rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139,
ioctl 16 29, pread64 17 67, pwrite64 18 68, readv 19 65, writev 20 66, access 21 -, pipe 22 -, select 23 -,
sched_yield 24 124, mremap 25 216, msync 26 227, mincore 27 232, madvise 28 233, dup 32 23, dup2 33 -, pause 34 -,
nanosleep 35 101, getitimer 36 102, alarm 37 -, setitimer 38 103, getpid 39 172, sendfile 40 71, recvfrom 45 207,
recvmsg 47 212, clone 56 220, fork 57 -, vfork 58 -, execve 59 221, exit 60 93, wait4 61 260, kill 62 129,
uname 63 160, fcntl 72 25, flock 73 32, fsync 74 82, fdatasync 75 83, truncate 76 45, ftruncate 77 46, getdents 78 -,
getcwd 79 17, chdir 80 49, fchdir 81 50, rename 82 -, mkdir 83 -, rmdir 84 -, creat 85 -, link 86 -, unlink 87 -,
symlink 88 -, readlink 89 -, umask 95 166, gettimeofday 96 169, getrlimit 97 163, getrusage 98 165, sysinfo 99 179,
times 100 153, getuid 102 174, getgid 104 176, geteuid 107 175, getegid 108 177, getppid 110 173, getpgrp 111 -,
getgroups 115 158, getresuid 118 148, getresgid 120 150, getpgid 121 155, getsid 124 156, rt_sigpending 127 136,
rt_sigtimedwait 128 137, rt_sigsuspend 130 133, sigaltstack 131 132, statfs 137 43, fstatfs 138 44,
getpriority 140 141, sched_getparam 143 121, sched_getscheduler 145 120, sched_get_priority_max 146 125,
sched_get_priority_min 147 126, mlock 149 228, munlock 150 229, prctl 157 167, arch_prctl 158 -, setrlimit 160 164,
gettid 186 178, tkill 200 130, time 201 -, futex 202 98, sched_getaffinity 204 123, epoll_create 213 -,
getdents64 217 61, set_tid_address 218 96, restart_syscall 219 128, fadvise64 221 223, timer_create 222 107,
timer_settime 223 110, timer_gettime 224 108, timer_delete 226 111, clock_gettime 228 113, clock_getres 229 114,
clock_nanosleep 230 115, exit_group 231 94, epoll_wait 232 -, epoll_ctl 233 21, tgkill 234 131, waitid 247 95,
openat 257 56, mkdirat 258 34, newfstatat 262 79, unlinkat 263 35, renameat 264 38, linkat 265 37, symlinkat 266 36,
readlinkat 267 78, faccessat 269 48, pselect6 270 72, ppoll 271 73, set_robust_list 273 99, get_robust_list 274 100,
splice 275 76, tee 276 77, sync_file_range 277 84, epoll_pwait 281 22, eventfd 284 -, fallocate 285 47,
eventfd2 290 19, epoll_create1 291 20, dup3 292 24, pipe2 293 59, preadv 295 69, pwritev 296 70, prlimit64 302 261,
getcpu 309 168, sched_getattr 315 275, renameat2 316 276, seccomp 317 277, getrandom 318 278, memfd_create 319 279,
membarrier 324 283, copy_file_range 326 285, preadv2 327 286, pwritev2 328 287, pkey_mprotect 329 288,
pkey_alloc 330 289, pkey_free 331 290, statx 332 291, rseq 334 293, close_range 436 436, openat2 437 437,
faccessat2 439 439, epoll_pwait2 441 441, landlock_create_ruleset 444 444, landlock_add_rule 445 445,
landlock_restrict_self 446 446, futex_waitv 449 449
"""
"""Name, number on x86-64, number on 64-bit ARM, which lacks what is older than it is."""

STARTS_PROGRAMS = frozenset({"execve"})
"""The system calls that a process without children does not need."""


def numbers(machine: str) -> Mapping[str, int]:
    """The numbers of all calls that there are on `x86_64` or `aarch64`."""
    column = {"x86_64": 1, "aarch64": 2}[machine]
    rows = [entry.split() for entry in _CALLS.split(",")]
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


CLONE3 = 435
"""The call whose flags are in memory, which a filter cannot read: told that there is none, the C library takes
`clone`."""
