(module
  (memory (export "memory") 1)
  (global $begun (mut i32) (i32.const 0))
  (func $begin (global.set $begun (i32.const 1))) (start $begin)
  (func (export "_manifest") (result i32)
    (if (i32.eqz (global.get $begun)) (then unreachable))
    (i32.const 1))
  (func (export "_call") (param i32 i32 i32) (result i32)
    (i32.const 0)))
