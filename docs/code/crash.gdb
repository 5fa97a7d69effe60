handle SIG63 nostop noprint pass
run
bt
py-bt
