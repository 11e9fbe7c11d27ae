(module
  (memory (export "memory") 1)
  (func (export "_manifest") (result i32)
    (i32.const 1))
  (func (export "_call") (param i32 i32 i32) (result i32)
    (drop (i32.div_u (i32.const 1) (i32.const 0)))
    (i32.const 0)))
