# Completion of llmconfig for bash. In ~/.bashrc:  source <(llmconfig completion bash)
_llmconfig() {
    local line kind=
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
        else
            COMPREPLY+=("$line")
        fi
    done < <("${1/#\~\//$HOME/}" __complete bash "${COMP_LINE:0:COMP_POINT}" </dev/null 2>/dev/null)

    case $kind in
        files) compopt -o default 2>/dev/null ;;
        command)
            if declare -F _command_offset >/dev/null; then
                local i
                for ((i = 1; i < COMP_CWORD; i++)); do
                    [[ ${COMP_WORDS[i]} == -- ]] && break
                done
                _command_offset $((i + 1))
            else
                compopt -o default 2>/dev/null
            fi
            ;;
    esac
}
complete -F _llmconfig llmconfig
