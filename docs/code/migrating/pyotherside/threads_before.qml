// SPDX-License-Identifier: BSD-3-Clause
import QtQuick 2.0
import io.thp.pyotherside 1.5

Item {
    property int ticks: 0
    Timer { running: true; repeat: true; interval: 1; onTriggered: ticks++ }
    Python {
        Component.onCompleted: {
            addImportPath(Qt.resolvedUrl("."));
            importModule("threads_before", function () {
                call("threads_before.count", [], function (result) {
                    console.log("counted", result, ticks > 0);
                    Qt.quit();
                });
            });
        }
    }
}

// prints: counted 3 true
