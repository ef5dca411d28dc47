# SPDX-License-Identifier: GPL-3.0-or-later
"""Types a line into a shell on a terminal of its own, with its completion of armorer.

complete.py SHELL COMPLETIONS LINE: what the words of LINE, in which \\t is the key Tab, are once the
shell has taken it: one "<WORD>" a line. armorer is taken from PATH.
"""
import os, pty, re, select, signal, sys, time

shell, completions, line = sys.argv[1:4]
SHOW = {'bash': "args() { echo; printf '<%s>\\n' \"$@\"; echo ENDS; }",
        'zsh': "args() { echo; printf '<%s>\\n' \"$@\"; echo ENDS }",
        'fish': "function args; echo; printf '<%s>\\n' $argv; echo ENDS; end"}
START = {'bash': ['bash', '--norc', '--noprofile', '-i'], 'zsh': ['zsh', '-f', '-i'],
         'fish': ['fish', '--no-config', '-i']}
SET_UP = {'bash': '. %s/armorer.bash; bind "set bell-style none"' % completions,
          'zsh': 'fpath=(%s $fpath); autoload -Uz compinit; compinit -u -d "$HOME/zcompdump"; unsetopt beep; bindkey -e' % completions,
          'fish': 'source %s/armorer.fish' % completions}

pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM='dumb' if shell == 'bash' else 'xterm', PS1='$ ', COLUMNS='400')
    os.execvp(shell, START[shell])
seen = b''


def wait_for(pattern, seconds=30):
    """What was printed since, up to the pattern."""
    global seen
    end = time.monotonic() + seconds
    while not re.search(pattern, seen):
        left = end - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            sys.exit('%s: %r did not come; seen: %r' % (shell, pattern, seen[-2000:]))
        try:
            seen += os.read(fd, 65536)
        except OSError:
            sys.exit('%s: ended; seen: %r' % (shell, seen[-2000:]))
        # A terminal is asked what it is: fish waits for the answer.
        if b'\x1b[c' in seen:
            os.write(fd, b'\x1b[?62c')
            seen = seen.replace(b'\x1b[c', b'')
    found = re.search(pattern, seen)
    before, seen = seen[:found.start()], seen[found.end():]
    return before


def type_in(text):
    os.write(fd, text.encode('utf-8', 'surrogateescape'))


try:
    for number, command in enumerate([SHOW[shell], SET_UP[shell], 'true']):
        type_in(command + '; echo READY$((%d + 1))\r' % number if shell != 'fish'
                else command + '; echo READY(math %d + 1)\r' % number)
        wait_for(b'READY%d' % (number + 1))
    type_in(line.replace('\\t', '\t'))
    # To its beginning, where what shows the words comes before the first one.
    type_in('\x01args \r')
    out = wait_for(rb'ENDS')
    words = re.findall(rb'^<(.*)>\r?$', out, re.M)
    sys.stdout.buffer.write(b''.join(b'<' + word + b'>\n' for word in words))
finally:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
