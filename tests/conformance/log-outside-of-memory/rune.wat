(module
  (import "env" "_debug" (func $debug (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_manifest") (result i32)
    (i32.const 1))
  (func (export "_call") (param i32 i32 i32) (result i32)
    (drop (call $debug (i32.const 65530) (i32.const 7)))
    (i32.const 0)))
