# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Completion of armorer for bash. What commands and options there are, its own --help says; names of
# profiles are chosen by others, and become words by %q and in no other way: nothing is evaluated.

# The help of armorer, or of one of its commands.
_armorer_help() { command armorer "$@" --help 2>/dev/null </dev/null; }

# _armorer_commands HELP
_armorer_commands() {
    local line in=
    while IFS= read -r line; do
        case $line in Commands*) in=1 ;; '') in= ;; esac
        [[ $in && $line =~ ^\ \ ([a-z]+)\  ]] && printf '%s\n' "${BASH_REMATCH[1]}"
    done <<<"$1"
}

# _armorer_options HELP: "--root=DIR", "--plain", a line each
_armorer_options() {
    local line
    while IFS= read -r line; do
        [[ $line =~ ^\ \ (-[a-z],\ )?(--[a-z-]+(=[^\ ]+)?) ]] && printf '%s\n' "${BASH_REMATCH[2]}"
    done <<<"$1"
}

# Lines of standard input that begin as the word at the cursor does become candidates. What is not
# spelled here as it would be typed (a backslash stands for a byte that nobody sees), and what the
# colon would break into words, is none.
_armorer_offer() {
    local line word
    while IFS= read -r line; do
        [[ $line == "$cur"* && $line != *[\\:]* ]] || continue
        printf -v word %q "$line"
        COMPREPLY+=("$word")
    done
}

_armorer_files() {  # -d or -f
    local line
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$1" -- "$cur")
}

# _armorer_value OPTION METAVARIABLE
_armorer_value() {
    case $1,$2 in
        --theme,*|--source,*) _armorer_offer < <(command armorer "$1" help 2>/dev/null </dev/null) ;;
        --notify,*) _armorer_offer <<<$'desktop\nbell\ntitle' ;;
        *,DIR) _armorer_files -d ;;
        *,FILE|*,PROGRAM) _armorer_files -f ;;
    esac
}

# _armorer_argument COMMAND NUMBER HELP
_armorer_argument() {
    case $1,$2 in
        mode,0)
            [[ $3 =~ \ mode\ ([a-z|]+) ]] && _armorer_offer <<<"${BASH_REMATCH[1]//|/$'\n'}" ;;
        status,*|mode,*|apply,0|query,0)
            _armorer_offer < <(command armorer "${target[@]}" status --names 2>/dev/null </dev/null) ;;
        undo,0)
            _armorer_offer < <(command armorer "${target[@]}" changes --json 2>/dev/null </dev/null |
                sed -n 's/^{"id":"\([0-9a-f]*\)".*/\1/p') ;;
        new,0|denials,*|propose,*|replay,0) _armorer_files -f ;;
    esac
}

_armorer() {
    local cur help word name verb='' number=0 i value='' skip=''
    local -a options=() target=()
    COMPREPLY=()
    cur=${COMP_WORDS[COMP_CWORD]}
    help=$(_armorer_help)
    mapfile -t options < <(_armorer_options "$help")

    # Which option, if any, the word at the cursor is the value of; "=" is a word of its own.
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $value ]]; then
            [[ $word == = ]] && continue
            # What system is meant counts for names, too; only what stands there plainly.
            [[ ($value == --root=* || $value == --policy=*) && $word =~ ^[A-Za-z0-9/._+@%-]+$ ]] &&
                target+=("${value%%=*}" "$word")
            value=
        elif [[ $word == --?* ]]; then
            [[ $word == --demo ]] && target+=(--demo)
            for name in "${options[@]}"; do [[ $name == "$word="* ]] && value=$name; done
            # A value of this one may be left out.
            [[ $word == --notify && ${COMP_WORDS[i + 1]} != = ]] && value=
        elif [[ $word == -?* ]]; then
            :
        elif [[ ! $verb ]]; then
            verb=$word
            for name in $(_armorer_commands "$help"); do [[ $name == "$verb" ]] && skip=known; done
            [[ $skip ]] || return 0
            help=$(_armorer_help "$verb")
            mapfile -t options < <(_armorer_options "$help")
        else
            number=$((number + 1))
        fi
    done
    if [[ $value ]]; then
        [[ $cur == = ]] && cur=
        _armorer_value "${value%%=*}" "${value#*=}"
    elif [[ $cur == -* ]]; then
        _armorer_offer < <(printf '%s\n' "${options[@]%%=*}")
    elif [[ ! $verb ]]; then
        _armorer_offer < <(_armorer_commands "$help")
    else
        _armorer_argument "$verb" "$number" "$help"
    fi
    return 0
}

complete -F _armorer armorer
