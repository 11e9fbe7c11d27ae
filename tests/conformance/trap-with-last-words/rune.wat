(module
  (import "env" "_debug" (func $debug (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "{\22level\22: \22ERROR\22, \22message\22: \22there are 3 labels but label 7 was requested\22, \22target\22: \22rune\22, \22module_path\22: null, \22file\22: null, \22line\22: null}")
  (data (i32.const 160) "panicked at label.rs")
  (func (export "_manifest") (result i32)
    (i32.const 1))
  (func (export "_call") (param i32 i32 i32) (result i32)
    (drop (call $debug (i32.const 16) (i32.const 144)))
    (drop (call $debug (i32.const 160) (i32.const 20)))
    unreachable
    (i32.const 0)))
