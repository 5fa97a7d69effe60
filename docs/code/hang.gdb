handle SIG63 nostop noprint pass
run
thread apply all bt
thread 1
py-bt
py-locals
