#!/usr/bin/env bash
# usage: no_shared_functions.sh NM OBJECT…
# Fails if an object offers a weak symbol that is not in the name spaces of its own instruction set: the linker would keep one
# of several, perhaps the one this processor cannot run. Left out is what sanitizers bring along: typeinfos, which are no code, and with clang++ a
# constructor that is inlined otherwise.
set -euo pipefail
nm=$1
shift
shared=$("$nm" -C "$@" | grep -E ' [VWu] ' | grep -vE 'Eigen_x86_64_v|runner::(x86_64_v|avx2|avx_vnni|avx512_vnni|amx)|DW\.ref\.__gxx_personality_v0|a[st]an|__sanitizer|typeinfo (name )?for |std::bad_alloc::bad_alloc' || true)
total=$("$nm" -C "$@" | grep -cE ' (T|t|W) .*runner::x86_64_v')
if [ -n "$shared" ]; then
  echo "shared between instruction sets:"
  echo "$shared"
  exit 1
fi
[ "$total" -gt 10 ] || { echo "looked at the wrong objects: $total functions found"; exit 1; }
