# add_exercise(): see below; filled in soon.
function(add_exercise)
endfunction()
