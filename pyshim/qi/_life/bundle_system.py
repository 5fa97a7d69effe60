# SPDX-License-Identifier: BSD-3-Clause
"""Which libraries stay out of a bundle, since they have to be those of the user's machine."""

import fnmatch
import re

#: (names, of all versions where none is said, why)
LEFT = (
    ("ld-linux* ld-musl* libc libm libmvec libdl libpthread librt libresolv libutil libnsl.so.1 libanl libnss_* libthread_db libBrokenLocale",
     "the C library and its loader are one, and the loader is named by a whole path; who ships builds on the oldest system"),
    ("libstdc++ libgcc_s",
     "the drivers below are loaded into the same process and may need a newer one; newer ones run what was built for older ones"),
    ("libGL libGLX libGLX_* libGLdispatch libOpenGL libEGL libEGL_* libGLESv1_CM libGLESv2 libvulkan libdrm libdrm_* libgbm libva libva-* libvdpau "
     "libOpenCL libcuda libnvidia-*",
     "these are the graphics driver of the machine, or fit to it alone"),
    ("libX11 libX11-xcb libXext libXau libXdmcp libxshmfence libxcb libxcb-dri2 libxcb-dri3 libxcb-glx libxcb-present libxcb-randr "
     "libxcb-shm libxcb-sync libxcb-xfixes libwayland-*",
     "the driver speaks to the same display by them, and may need newer ones"),
    ("libfontconfig libfreetype",
     "the configuration of fonts is the machine's, and of a version that its own library reads"),
    ("libasound libjack libpipewire-*",
     "each is one half of a service that runs on the machine"),
)

_PATTERN = re.compile("|".join(
    fnmatch.translate(pattern if ".so" in pattern else f"{pattern}.so*") for names, _ in LEFT for pattern in names.split()))


def stays_out(name):
    return _PATTERN.match(name) is not None
