/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The interpreter of a bundle, which sys.executable names there: python3 and nothing else. That of a distribution may have
 * Python's library in itself and look for no other library beside it, so a bundle gets this one.
 */

/* Of Python's stable ABI, and all that is used of it: what lies in apps/ knows no headers of Python's. */
int Py_BytesMain(int argc, char **argv);

int main(int argc, char **argv)
{
    return Py_BytesMain(argc, argv);
}
