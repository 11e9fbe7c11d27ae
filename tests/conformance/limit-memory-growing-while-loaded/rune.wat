(module
  (memory (export "memory") 1)
  (func (export "_manifest") (result i32)
    (loop $again (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable)) (br $again))
    (i32.const 1))
  (func (export "_call") (param i32 i32 i32) (result i32)
    (i32.const 0)))
