;; What audio goes through by the sample, with 128-bit SIMD. All addresses are bytes in the memory.
(module
  (memory (export "memory") 4)

  ;; Filters $count outputs. Row p of $weights has $taps 16-bit weights, a multiple of 56, and is laid
  ;; over the samples from $in on; the sum of products times $scale is the output. After each the row
  ;; is $step further on, of $phases rows, and $in one sample for each time that it passes the last
  ;; one. What is read beyond the input meets weights of 0.
  (func (export "filter")
    (param $in i32) (param $weights i32) (param $taps i32) (param $phases i32) (param $step i32)
    (param $phase i32) (param $count i32) (param $out i32) (param $scale f32)
    (local $x i32) (local $w i32) (local $end i32) (local $rowBytes i32) (local $outEnd i32)
    (local $a v128) (local $b v128) (local $f v128)
    (local.set $rowBytes (i32.shl (local.get $taps) (i32.const 1)))
    (local.set $outEnd
      (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 1))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $out) (local.get $outEnd)))
        (local.set $x (local.get $in))
        (local.set $w
          (i32.add (local.get $weights) (i32.mul (local.get $phase) (local.get $rowBytes))))
        (local.set $end (i32.add (local.get $w) (local.get $rowBytes)))
        (local.set $a (v128.const i32x4 0 0 0 0))
        (local.set $b (v128.const i32x4 0 0 0 0))
        (loop $row
          (local.set $a (i32x4.add (local.get $a)
            (i32x4.dot_i16x8_s (v128.load (local.get $x)) (v128.load (local.get $w)))))
          (local.set $b (i32x4.add (local.get $b)
            (i32x4.dot_i16x8_s
              (v128.load offset=16 (local.get $x)) (v128.load offset=16 (local.get $w)))))
          (local.set $a (i32x4.add (local.get $a)
            (i32x4.dot_i16x8_s
              (v128.load offset=32 (local.get $x)) (v128.load offset=32 (local.get $w)))))
          (local.set $b (i32x4.add (local.get $b)
            (i32x4.dot_i16x8_s
              (v128.load offset=48 (local.get $x)) (v128.load offset=48 (local.get $w)))))
          (local.set $a (i32x4.add (local.get $a)
            (i32x4.dot_i16x8_s
              (v128.load offset=64 (local.get $x)) (v128.load offset=64 (local.get $w)))))
          (local.set $b (i32x4.add (local.get $b)
            (i32x4.dot_i16x8_s
              (v128.load offset=80 (local.get $x)) (v128.load offset=80 (local.get $w)))))
          (local.set $a (i32x4.add (local.get $a)
            (i32x4.dot_i16x8_s
              (v128.load offset=96 (local.get $x)) (v128.load offset=96 (local.get $w)))))
          (local.set $x (i32.add (local.get $x) (i32.const 112)))
          (local.set $w (i32.add (local.get $w) (i32.const 112)))
          (br_if $row (i32.lt_u (local.get $w) (local.get $end))))
        ;; A lane has a quarter of the weights, which does not overflow; their sum might.
        (local.set $f (f32x4.convert_i32x4_s (i32x4.add (local.get $a) (local.get $b))))
        (local.set $f (f32x4.add (local.get $f)
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $f) (local.get $f))))
        (local.set $f (f32x4.add (local.get $f)
          (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $f) (local.get $f))))
        (local.set $a (i32x4.trunc_sat_f32x4_s
          (f32x4.nearest (f32x4.mul (local.get $f) (f32x4.splat (local.get $scale))))))
        (v128.store16_lane 0 (local.get $out)
          (i16x8.narrow_i32x4_s (local.get $a) (local.get $a)))
        (local.set $out (i32.add (local.get $out) (i32.const 2)))
        (local.set $phase (i32.add (local.get $phase) (local.get $step)))
        (block $inRow
          (loop $wrap
            (br_if $inRow (i32.lt_u (local.get $phase) (local.get $phases)))
            (local.set $phase (i32.sub (local.get $phase) (local.get $phases)))
            (local.set $in (i32.add (local.get $in) (i32.const 2)))
            (br $wrap)))
        (br $next))))

  ;; Lays two channels side by side, sample by sample; of a multiple of eight samples, rounded up.
  (func (export "interleave")
    (param $left i32) (param $right i32) (param $out i32) (param $count i32)
    (local $l v128) (local $r v128) (local $end i32)
    (local.set $end (i32.add (local.get $left) (i32.shl (local.get $count) (i32.const 1))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $left) (local.get $end)))
        (local.set $l (v128.load (local.get $left)))
        (local.set $r (v128.load (local.get $right)))
        (v128.store (local.get $out)
          (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $l) (local.get $r)))
        (v128.store offset=16 (local.get $out)
          (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $l) (local.get $r)))
        (local.set $left (i32.add (local.get $left) (i32.const 16)))
        (local.set $right (i32.add (local.get $right) (i32.const 16)))
        (local.set $out (i32.add (local.get $out) (i32.const 32)))
        (br $next))))

  ;; 1 where none of the samples has sound; of a multiple of eight samples, rounded up.
  (func (export "isSilent") (param $at i32) (param $count i32) (result i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $count) (i32.const 1))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (if (v128.any_true (v128.load (local.get $at))) (then (return (i32.const 0))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (i32.const 1)))
