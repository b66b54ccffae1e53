# Completion of llmconfig for fish. In ~/.config/fish/completions/llmconfig.fish:  llmconfig completion fish | source
function __llmconfig_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    test (count $word) -eq 0; and set word ''
    set -l lines (command $before[1] __complete fish $before[2..-1] "$word" </dev/null 2>/dev/null)
    switch "$lines[1]"
        case files
            __fish_complete_path "$word"
        case command
            set -l at (contains -i -- -- $before)
            __fish_complete_subcommand --fcs-skip=$at
        case words
            test (count $lines) -gt 1; and printf '%s\n' $lines[2..-1]
    end
end
complete -c llmconfig -f -a '(__llmconfig_complete)'
