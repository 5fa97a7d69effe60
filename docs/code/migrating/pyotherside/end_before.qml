// SPDX-License-Identifier: BSD-3-Clause
import QtQuick 2.0
import io.thp.pyotherside 1.5

Item {
    Python {
        Component.onCompleted: {
            addImportPath(Qt.resolvedUrl("."));
            importModule("end_before", function () { Qt.quit(); });
        }
    }
}

// prints: saved
