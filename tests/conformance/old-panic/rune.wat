(module
  (import "env" "_debug" (func $debug (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "{\22level\22: \22ERROR\22, \22message\22: \22called `Option::unwrap()` on a `None` value\22, \22target\22: \22sine\22, \22module_path\22: \22sine\22, \22file\22: \22lib.rs\22, \22line\22: 42}")
  (data (i32.const 1024) "panicked at 'called `Option::unwrap()`', lib.rs:42")
  (func (export "_manifest") (result i32)
    (i32.const 1))
  (func (export "_call") (param i32 i32 i32) (result i32)
    (drop (call $debug (i32.const 64) (i32.const 147)))
    (drop (call $debug (i32.const 1024) (i32.const 50)))
    unreachable
    (i32.const 0)))
