# SPDX-License-Identifier: BSD-3-Clause
"""What api_rules_cpp.py finds in headers that break its rules, and what it leaves alone."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import api_rules_cpp as rules  # noqa: E402


def wrong(text):
    return [problem.split(": ")[1] for problem in rules.problems(f"namespace qi {{ {text} }}", "x.hpp")]


class Found(unittest.TestCase):
    def test_functions(self):
        self.assertEqual(wrong("void bad_one(int a_b); inline int bad_two() { return 0; }"), ["bad_one", "bad_two"])
        self.assertEqual(wrong("template <typename T, int n = 3> Result<T> bad_one(const T &a_b = {});"), ["bad_one"])

    def test_members(self):
        self.assertEqual(wrong("class A { int m_x; public: A(); bool is_x() const { return m_x < 1; } };"), ["is_x"])
        self.assertEqual(wrong("struct A : public B<int> { int a_b = 1; QString c_d, good; };"), ["a_b", "c_d"])
        self.assertEqual(wrong("class A { public: A &operator=(A &&) { } void b_c(); };"), ["b_c"])
        self.assertEqual(wrong("inline D operator<<(D d, E e) { return d; } void b_c();"), ["b_c"])
        self.assertEqual(wrong("class A { Q_SIGNALS: void b_c(); public Q_SLOTS: void d_e(); };"), ["b_c", "d_e"])
        self.assertEqual(wrong("struct A { struct B { int c_d = {}; }; std::function<void(int)> e_f = {}; };"), ["c_d", "e_f"])

    def test_types_and_constants(self):
        self.assertEqual(wrong("class bad_a {}; enum class Good { bad_b = 1, Fine }; using bad_c = int;"), ["bad_a", "bad_b", "bad_c"])
        self.assertEqual(wrong("template <typename T> inline constexpr bool is_x = true;"), ["is_x"])


class LeftAlone(unittest.TestCase):
    def test_what_nobody_can_name(self):
        self.assertEqual(wrong("namespace detail { void a_b(); struct c_d { int e_f; public: void g_h(); }; }"), [])
        self.assertEqual(wrong("class A { void a_b(); public: int good; private: int m_x = 0; static void c_d() {} };"), [])
        self.assertEqual(wrong("class A { class B { public: int c_d; }; };"), [])

    def test_what_has_the_name_of_a_standard(self):
        self.assertEqual(wrong("struct A { bool await_ready() const; T value_or(T other); using value_type = T; };"), [])

    def test_old_names_and_those_of_c(self):
        self.assertEqual(wrong('QI_DEPRECATED("use good()") inline void old_name() { good(); }'), [])
        self.assertEqual(wrong('extern "C" { typedef struct qi_a { int b_c; } qi_a; int qi_a_b(void); }'), [])

    def test_what_stands_in_bodies_and_comments(self):
        self.assertEqual(wrong("/* void a_b(); */ inline int f() { int a_b = 0; if (a_b) { c_d(); } return a_b; } // int c_d;\n"), [])


if __name__ == "__main__":
    unittest.main()
