// SPDX-License-Identifier: BSD-3-Clause
import QtQuick 2.0
import io.thp.pyotherside 1.5

Item {
    Python {
        onError: {
            console.log("failed", traceback.indexOf("no such order") >= 0);
            Qt.quit();
        }
        Component.onCompleted: {
            addImportPath(Qt.resolvedUrl("."));
            importModule("errors_before", function () {
                call("errors_before.fail", []);
            });
        }
    }
}

// prints: failed true
