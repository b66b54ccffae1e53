#compdef llmconfig
# Completion of llmconfig for zsh. In ~/.zshrc, after compinit:  source <(llmconfig completion zsh)
_llmconfig() {
    local -a before lines values shown
    local line
    (( CURRENT > 2 )) && before=("${(@Q)words[2,CURRENT-1]}")
    lines=("${(@f)$(_call_program llmconfig ${(q)${(Q)words[1]}} __complete zsh ${(q)before[@]} ${(qq)${(Q)PREFIX}} '</dev/null' 2>/dev/null)}")
    case $lines[1] in
        files) _files ;;
        command)
            local -i at=${words[(i)--]}
            shift $at words
            (( CURRENT -= at ))
            _normal
            ;;
        words)
            for line in "${(@)lines[2,-1]}"; do
                [[ -n $line ]] || continue
                values+=("${line%%$'\t'*}")
                shown+=("${line/$'\t'/  -- }")
            done
            compadd -l -d shown -a -- values
            ;;
    esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _llmconfig "$@"
else
    compdef _llmconfig llmconfig
fi
