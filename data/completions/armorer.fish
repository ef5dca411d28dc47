# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of armorer for fish. What commands and options there are, its own --help says; names of
# profiles are chosen by others, and are candidates, which fish quotes: nothing is evaluated.

function __armorer_ask
    command armorer $argv 2>/dev/null </dev/null
end

# "--root<tab>DIR<tab>help" for each option, with that of a command if there is an argument.
function __armorer_options
    __armorer_ask $argv --help | string replace -rf '^  (?:-[a-z], )?(--[a-z-]+)=?(\S*) +(.*)$' '$1\t$2\t$3'
end

# What stands behind OPTION in LINE...: "DIR"; nothing for one that takes no value.
function __armorer_metavariable -a option
    for line in $argv[2..]
        set -l parts (string split \t -- $line)
        test "$parts[1]" = "$option"; and echo $parts[2]
    end
end

function __armorer_commands
    __armorer_ask --help | string replace -rf '^  ([a-z]+) +([^[\s].*)$' '$1\t$2'
end

function __armorer_value -a option metavariable prefix word
    switch "$option,$metavariable"
        case '--theme,*' '--source,*'
            __armorer_ask $option help | string replace -r '^' -- $prefix
        case '--notify,*'
            printf '%s\n' $prefix{desktop,bell,title}
        case '*,DIR'
            __fish_complete_directories $word | string replace -r '^' -- $prefix
        case '*,FILE' '*,PROGRAM'
            __fish_complete_path $word | string replace -r '^' -- $prefix
    end
end

# What is not spelled here as it would be typed (a backslash stands for a byte that nobody sees) is no
# candidate.
function __armorer_argument -a verb number
    set -l target $argv[3..]
    switch "$verb,$number"
        case mode,0
            __armorer_ask mode --help | string replace -rf '^.* mode ([a-z|]+) .*$' '$1' | string split '|'
        case 'status,*' 'mode,*' apply,0 query,0
            __armorer_ask $target status --names | string match -v '*\\\\*'
        case undo,0
            __armorer_ask $target changes --json | string replace -rf '^\{"id":"([0-9a-f]+)".*$' '$1'
        case new,0 'denials,*' 'propose,*' replay,0
            __fish_complete_path (commandline -ct)
    end
end

function __armorer_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l verb
    set -l value
    set -l target
    set -l number 0
    set -l lines (__armorer_options)
    for word in $words[2..]
        if test -n "$value"
            # What system is meant counts for names, too; only what stands there plainly.
            if contains -- $value --root --policy; and string match -qr '^[A-Za-z0-9/._+@%-]+$' -- $word
                set -a target $value $word
            end
            set value
        else if string match -q -- '--?*' $word
            if test $word = --demo; or string match -qr '^--(root|policy)=[A-Za-z0-9/._+@%-]+$' -- $word
                set -a target $word
            end
            # The value of --notify may be left out.
            if test $word != --notify; and test -n "$(__armorer_metavariable $word $lines)"
                set value $word
            end
        else if string match -q -- '-?*' $word
        else if test -z "$verb"
            contains -- $word (__armorer_commands | string split -f1 \t); or return
            set verb $word
            set lines (__armorer_options $verb)
        else
            set number (math $number + 1)
        end
    end
    if test -n "$value"
        __armorer_value $value "$(__armorer_metavariable $value $lines)" '' "$current"
    else if string match -qr '^--[a-z-]+=' -- $current
        set -l option (string split -m1 = -- $current)
        __armorer_value $option[1] "$(__armorer_metavariable $option[1] $lines)" "$option[1]=" "$option[2]"
    else if string match -q -- '-*' $current
        string replace -r '\t[^\t]*\t' '\t' -- $lines
    else if test -z "$verb"
        __armorer_commands
    else
        __armorer_argument $verb $number $target
    end
end

complete -c armorer -f -a '(__armorer_complete)'
