/**
 * Grammar rules for random expressions with the core of CEL: operators, literals, macros, optional values and
 * conversions.
 */
export const OPERATORS = `
bool: ($bool && $bool)
bool: ($bool || $bool)
bool: $bool && $bool || $bool
bool: !$bool
bool: ($T == $T)
bool: $T != $T
bool: $T == $T && $U != $U
bool: ($int < $int)
bool: ($string <= $string)
bool: ($double > $double)
bool: ($uint >= $uint)
bool: ($timestamp < $timestamp)
bool: ($duration >= $duration)
bool: ($bytes < $bytes)
bool: ($bool < $bool)
bool: ($dyn < $dyn)
bool: ($dyn >= $int)
bool: ($dyn == $T)
bool: ($T in $list(T))
bool: ($string in $map(string, T))
bool: ($T in $dyn)
bool: ($dyn in $map(string, int))
bool: ($type == $type)
T: ($bool ? $T : $T)
T: $bool ? $T : $T
T: ($T)
int: ($int + $int)
int: ($int - $int)
int: ($int * $int)
int: ($int / $int)
int: ($int % $int)
int: $int + $int * $int - $int
int: -$int
int: -($int)
uint: ($uint + $uint)
uint: ($uint - $uint)
uint: ($uint * $uint)
uint: ($uint / $uint)
uint: ($uint % $uint)
double: ($double + $double)
double: ($double - $double)
double: ($double * $double)
double: ($double / $double)
double: -($double)
string: ($string + $string)
bytes: ($bytes + $bytes)
list(T): ($list(T) + $list(T))
timestamp: ($timestamp + $duration)
timestamp: ($duration + $timestamp)
timestamp: ($timestamp - $duration)
duration: ($timestamp - $timestamp)
duration: ($duration + $duration)
duration: ($duration - $duration)
duration: -($duration)
dyn: ($dyn + $dyn)
dyn: ($dyn - $dyn)
dyn: ($dyn * $dyn)
dyn: ($dyn / $dyn)
dyn: ($dyn % $dyn)
dyn: ($dyn + $T)
dyn: -($dyn)
dyn: !($dyn)
dyn: dyn($T)
dyn: [$T, $U][$int]
dyn: {'a': $T, 'b': $U}
dyn: [$T, $U]
dyn: $dyn.a
dyn: $dyn['b']
dyn: $dyn[$int]
dyn: $dyn[$string]
dyn: $dyn[?$string]
dyn: $dyn.?b
dyn: $dyn.\`a-b\`
bool: has($dyn.a)
bool: has({'a': $T}.a)
T: [$T, $T][$int]
T: $list(T)[$int]
T: $map(string, T)[$string]
T: $map(string, T).a
T: {'a': $T}.a
T: {$int: $T}[$int]
T: {$bool: $T}[$bool]
T: {$uint: $T}[$uint]
T: {'a': $T}[$dyn]
T: [$T][$dyn]
list(T): [$T]
list(T): [$T, $T]
list(T): [$T, $T, $T]
list(T): [?$optional(T)]
list(T): [$T, ?$optional(T), $T]
map(string, T): {'a': $T}
map(string, T): {$string: $T}
map(string, T): {'a': $T, 'b': $T}
map(string, T): {?'a': $optional(T)}
map(string, T): {'b': $T, ?$string: $optional(T)}
map(int, T): {$int: $T}
map(int, T): {$int: $T, 1: $T}
map(bool, T): {$bool: $T}
T: $map(int, T)[$int]
T: $map(int, T)[$dyn]
T: $map(bool, T)[$bool]
bool: ($int in $map(int, T))
bool: $list(T).all(#T, @bool)
bool: $list(T).exists(#T, @bool)
bool: $list(T).exists_one(#T, @bool)
bool: $map(string, T).all(#string, @bool)
bool: $map(int, T).exists(#int, @bool)
bool: $list(T).all(#int, #T, @bool)
bool: $list(T).exists(#int, #T, @bool)
bool: $list(T).existsOne(#int, #T, @bool)
bool: $list(T).exists_one(#int, #T, @bool)
bool: $map(string, T).all(#string, #T, @bool)
bool: $map(string, T).exists(#string, #T, @bool)
bool: $dyn.all(#dyn, @bool)
bool: $dyn.exists(#dyn, #dyn, @bool)
list(T): $list(T).filter(#T, @bool)
list(string): $map(string, T).filter(#string, @bool)
list(T): $list(U).map(#U, @T)
list(T): $list(U).map(#U, @bool, @T)
list(T): $map(string, U).map(#string, @T)
list(T): $list(U).transformList(#int, #U, @T)
list(T): $map(string, U).transformList(#string, #U, @bool, @T)
map(string, T): $map(string, U).transformMap(#string, #U, @T)
map(string, T): $map(string, U).transformMap(#string, #U, @bool, @T)
map(int, T): $list(U).transformMap(#int, #U, @T)
map(string, T): $list(U).transformMapEntry(#int, #U, {@string: @T})
map(string, T): $map(string, U).transformMapEntry(#string, #U, {@string: @T})
map(int, T): $map(string, U).transformMapEntry(#string, #U, @bool, {@int: @T})
dyn: $dyn.map(#dyn, @T)
dyn: $dyn.filter(#dyn, @bool)
dyn: $dyn.transformMap(#dyn, #dyn, @T)
list(T): $list(T).sortBy(#T, @U)
list(T): $list(T).sortBy(#T, @T)
T: cel.bind(#U, $U, @T)
T: cel.bind(#T, $T, @T)
T: $optional(T).value()
T: $optional(T).orValue($T)
bool: $optional(T).hasValue()
bool: ($optional(T) == $optional(T))
optional(T): optional.of($T)
optional(T): optional.none()
optional(T): optional.ofNonZeroValue($T)
optional(T): $optional(T).or($optional(T))
optional(T): $optional(U).optMap(#U, @T)
optional(T): $optional(U).optFlatMap(#U, @optional(T))
optional(T): $list(T)[?$int]
optional(T): $map(string, T)[?$string]
optional(T): $map(string, T).?a
optional(T): $list(T).first()
optional(T): $list(T).last()
optional(T): optional.of({'a': $T}).a
optional(T): optional.of({'a': $T}).?b
optional(T): optional.of([$T])[$int]
optional(T): optional.of([$T])[?$int]
optional(dyn): $dyn.?a
optional(dyn): $dyn[?0]
optional(dyn): $dyn[?$dyn]
optional(dyn): $dyn.?a.b.?c
optional(T): ($bool ? $optional(T) : $optional(T))
list(T): optional.unwrap([$optional(T), $optional(T)])
list(T): [$optional(T)].unwrapOpt()
bool: has($map(string, T).a)
bool: bool($string)
bool: bool($bool)
int: int($string)
int: int($double)
int: int($uint)
int: int($timestamp)
int: int($duration)
int: int($dyn)
uint: uint($int)
uint: uint($double)
uint: uint($string)
uint: uint($dyn)
double: double($int)
double: double($string)
double: double($uint)
double: double($dyn)
string: string($int)
string: string($double)
string: string($uint)
string: string($bool)
string: string($bytes)
string: string($timestamp)
string: string($duration)
string: string($dyn)
bytes: bytes($string)
bytes: bytes($dyn)
timestamp: timestamp($string)
timestamp: timestamp($int)
timestamp: timestamp($timestamp)
timestamp: timestamp($dyn)
duration: duration($string)
duration: duration($dyn)
duration: duration(string($duration))
timestamp: timestamp(string($timestamp))
type: type($T)
type: type($type)
type: type($quantity)
type: type($optional(T))
type: type([$T])
int: size($string)
int: $bytes.size()
int: $list(T).size()
int: size($map(string, T))
int: size($dyn)
bool: $string.contains($string)
bool: $string.startsWith($string)
bool: $string.endsWith($string)
bool: $string.matches($pattern)
bool: matches($string, $pattern)
`;
