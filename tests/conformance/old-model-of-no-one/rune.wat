(module
  (import "env" "tfm_model_invoke" (func $invoke (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_manifest") (result i32)
    (i32.const 1))
  (func (export "_call") (param i32 i32 i32) (result i32)
    (drop (call $invoke (i32.const 1) (i32.const 16384) (i32.const 240) (i32.const 32768) (i32.const 240)))
    (i32.const 0)))
