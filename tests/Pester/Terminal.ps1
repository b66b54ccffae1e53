# A person at a real terminal, which tmux is: it answers what the shell asks of a terminal.

class Terminal {
    hidden [string] $Socket
    hidden [string] $Seen = ''

    # The shell starts with the script given; nothing of the user's tmux is touched.
    Terminal([string[]] $Shell, [string] $Script, [string] $Folder) {
        $this.Socket = Join-Path $Folder tmux
        $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($Script))
        $command = ($Shell | ForEach-Object { "'$_'" }) -join ' '
        & tmux -f /dev/null -S $this.Socket new-session -d -x 120 -y 200 "exec $command -NoProfile -NoLogo -NoExit -EncodedCommand $encoded"
        $this.Expect('PS ')
    }

    # All that is shown, without what the terminal wrapped.
    [string] Screen() { return (& tmux -S $this.Socket capture-pane -p -J) -join "`n" }

    # Waits for a text behind what was waited for before.
    [void] Expect([string] $Wanted) {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        while ($watch.Elapsed.TotalSeconds -lt 120) {
            $screen = $this.Screen()
            $at = $screen.IndexOf($Wanted, [Math]::Min($this.Seen.Length, $screen.Length), [StringComparison]::Ordinal)
            if ($at -ge 0) {
                $this.Seen = $screen.Substring(0, $at + $Wanted.Length)
                return
            }

            Start-Sleep -Milliseconds 100
        }

        throw "'$Wanted' never came. The terminal shows:`n$($this.Screen())"
    }

    [void] Send([string] $Line) {
        # The key that follows must find the shell reading.
        Start-Sleep -Milliseconds 300
        if ($Line) { & tmux -S $this.Socket send-keys -l -- $Line }
        & tmux -S $this.Socket send-keys Enter
    }

    [void] Close() { & tmux -S $this.Socket kill-server }
}
