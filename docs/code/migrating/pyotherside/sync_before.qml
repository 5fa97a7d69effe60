// SPDX-License-Identifier: BSD-3-Clause
import QtQuick 2.0
import io.thp.pyotherside 1.5

Item {
    Python {
        id: python
        Component.onCompleted: {
            addImportPath(Qt.resolvedUrl("."));
            importModule_sync("sync_before");
            console.log("sum", call_sync("sync_before.add", [1, 2]));
            console.log("two", evaluate("1 + 1"));
            end.start();
        }
    }
    Timer { id: end; interval: 1; onTriggered: Qt.quit() }
}

// prints: sum 3
// prints: two 2
