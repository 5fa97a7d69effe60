// SPDX-License-Identifier: BSD-3-Clause
import QtQuick 2.0
import io.thp.pyotherside 1.5

Item {
    Python {
        Component.onCompleted: {
            addImportPath(Qt.resolvedUrl("."));
            setHandler("progress", function (done) { console.log("progress", done); });
            importModule("send_before", function () {
                call("send_before.work", [], function () { Qt.quit(); });
            });
        }
    }
}

// prints: progress 1
// prints: progress 2
